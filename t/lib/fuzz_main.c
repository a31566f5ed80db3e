/*
 * main() of a fuzz target where there is no libFuzzer:
 *
 *     target SECONDS SEED FILE...
 *
 * Runs each file as it is, cut at every length (or, of a long one, at a
 * thousand), with each of its bytes changed, and then mixtures until the time
 * is over.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define FILES  256
#define MOST   (1u << 20)
#define LEAST  1000                            /* runs, however slow */


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


typedef struct {
    uint8_t *data;
    size_t   size;
} input_t;

static input_t   inputs[FILES];
static uint64_t  seed;
static uint64_t  runs;
static double    end;


static double
now(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}


static size_t
below(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return n != 0 ? (size_t) (seed >> 16) % n : 0;
}


/* Exact in size, so that a read beyond it is seen. */

static void
run(const uint8_t *data, size_t size)
{
    uint8_t  *copy;

    copy = malloc(size + (size == 0));
    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, size);
    (void) LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}


static void
run_all(const input_t *input)
{
    size_t   i, step;
    uint8_t  byte;

    run(input->data, input->size);
    step = input->size / 1000 + 1;

    for (i = 0; i < input->size && now() < end; i += step) {
        run(input->data, i);

        byte = input->data[i];
        input->data[i] = (uint8_t) (byte ^ 1u << below(8));
        run(input->data, input->size);
        input->data[i] = (uint8_t) below(256);
        run(input->data, input->size);
        input->data[i] = byte;
    }
}


/* A part of one file in the place of a part of another. */

static void
run_mixture(int n)
{
    size_t          i, at, len, from, changes;
    uint8_t        *data;
    const input_t  *a, *b;

    a = &inputs[below((size_t) n)];
    b = &inputs[below((size_t) n)];

    data = malloc(a->size + b->size + 1);
    if (data == NULL) {
        abort();
    }

    at = below(a->size + 1);
    from = below(b->size + 1);
    len = below(b->size - from + 1);
    memcpy(data, a->data, at);
    memcpy(data + at, b->data + from, len);
    memcpy(data + at + len, a->data + at, a->size - at);

    changes = below(8);
    for (i = 0; i < changes && a->size + len != 0; i++) {
        data[below(a->size + len)] = (uint8_t) below(256);
    }

    run(data, a->size + len);
    free(data);
}


int
main(int argc, char **argv)
{
    int    i, n;
    FILE  *file;

    if (argc < 4) {
        return 2;
    }

    end = now() + strtod(argv[1], NULL);
    seed = strtoull(argv[2], NULL, 10) | 1;

    for (i = 3, n = 0; i < argc && n < FILES; i++, n++) {
        file = fopen(argv[i], "rb");
        inputs[n].data = malloc(MOST);
        if (file == NULL || inputs[n].data == NULL) {
            (void) fprintf(stderr, "%s\n", argv[i]);
            return 2;
        }
        inputs[n].size = fread(inputs[n].data, 1, MOST, file);
        (void) fclose(file);
    }

    for (i = 0; i < n; i++) {
        run(inputs[i].data, inputs[i].size);
    }

    for (i = 0; i < n; i++) {
        run_all(&inputs[i]);
    }

    while (now() < end || runs < LEAST) {
        run_mixture(n);
    }

    for (i = 0; i < n; i++) {
        free(inputs[i].data);
    }

    (void) printf("%llu runs\n", (unsigned long long) runs);

    return 0;
}
