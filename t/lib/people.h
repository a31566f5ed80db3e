/*
 * Made-up people, the same ones for the same seed, and the errors that people
 * make when they are typed in a second time.
 */

#ifndef PEOPLE_H
#define PEOPLE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>


typedef struct {
    char first[64];
    char last[64];
    char mail[128];
    char phone[32];
} people_t;


static inline uint64_t
people_next(uint64_t *seed)
{
    uint64_t  x = *seed += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);

    return x ^ x >> 31;
}


static inline size_t
people_below(uint64_t *seed, size_t n)
{
    return (size_t) (people_next(seed) % n);
}


/* Small numbers often, large ones seldom, as names are. */

static inline size_t
people_often(uint64_t *seed, size_t n)
{
    size_t  a = people_below(seed, n), b = people_below(seed, n);

    return a < b ? a : b;
}


static const char *const  people_first[] = {
    "Maria", "Thomas", "Anna", "Michael", "Sophie", "Peter", "Julia",
    "Andreas", "Laura", "Stefan", "Lena", "Christian", "Sarah", "Martin",
    "Katharina", "Wolfgang", "Lisa", "Markus", "Eva", "Daniel", "Claudia",
    "Matthias", "Sabine", "Jürgen", "Petra", "Philipp", "Monika", "Bernd",
    "Renée", "François", "Chloé", "Jean", "Hélène", "Pierre", "Camille",
    "Louis", "Amélie", "Antoine", "Margaux", "Étienne", "James", "Emily",
    "Oliver", "Charlotte", "Harry", "Olivia", "William", "Grace", "George",
    "Alice", "Søren", "Åsa", "Björn", "Ingrid", "Łukasz", "Agnieszka",
    "Zoë", "Tomáš", "Jiří", "Kateřina", "Mehmet", "Ayşe", "Yusuf", "Fatima",
    "Giulia", "Lorenzo", "Chiara", "Matteo", "Carmen", "José", "Lucía",
    "Íñigo", "Mateus", "João", "Beatriz", "Olga", "Dmitri", "Svetlana",
    "Nikolai", "Hannah", "Jonas", "Leon", "Mia", "Emil", "Ida", "Finn",
    "Klara", "Moritz", "Greta", "Anton", "Frieda", "Karl", "Johanna",
    "Friedrich", "Theresa", "Valentin", "Veronika", "Sebastian", "Franziska"
};

static const char *const  people_start[] = {
    "Mül", "Schmi", "Schnei", "Fi", "We", "Mey", "Wag", "Beck", "Schul",
    "Hoff", "Schä", "Ko", "Bau", "Rich", "Klei", "Wolf", "Schrö", "Neu",
    "Schwar", "Zimm", "Brau", "Krü", "Hart", "Lan", "Schmidt", "Wer",
    "Lef", "Du", "Mo", "Ber", "Gar", "Rous", "Four", "Ler", "Bon", "Fran",
    "Mar", "Smi", "John", "Tay", "Wil", "Dav", "Eva", "Tho", "Rob", "Wrigh",
    "Wal", "Hugh", "Ed", "Gree", "Lind", "Joh", "Nil", "Sven", "Kowal",
    "Nowa", "Wiś", "Nov", "Svo", "Dvoř", "Yıl", "Kay", "De", "Ros", "Rus",
    "Ferr", "Espo", "Gón", "Rodrí", "Fernán", "Sil", "San", "Cos", "Iva",
    "Pet", "Sok", "Pop", "Leb", "Koz", "Vol"
};

static const char *const  people_end[] = {
    "ler", "dt", "der", "scher", "ber", "er", "ner", "mann", "ze", "mann",
    "fer", "ch", "ter", "ne", "f", "mer", "un", "ger", "sen", "nard",
    "èvre", "pont", "reau", "trand", "nier", "seau", "oux", "net", "çois",
    "tin", "th", "son", "lor", "liams", "ies", "ns", "mas", "inson", "t",
    "ker", "es", "wards", "n", "qvist", "ansson", "ski", "ak", "niewska",
    "ák", "boda", "áková", "dız", "a", "mir", "si", "so", "ari", "sito",
    "zález", "guez", "dez", "va", "tos", "nov", "rov", "olov", "edev",
    "lov", "kov"
};

#define PEOPLE_OF(list)  (sizeof(list) / sizeof(list[0]))


/* A part of a mail address: what is not plain is left out. */

static inline void
people_plain(char *out, size_t room, const char *name)
{
    size_t  n = 0;

    for ( ; *name != '\0' && n + 1 < room; name++) {
        if ((unsigned char) *name < 0x80 && *name != ' ') {
            out[n++] = (char) (*name | 0x20);
        }
    }

    out[n] = '\0';
}


static inline void
people_make(people_t *p, uint64_t number)
{
    char      first[32], last[32];
    size_t    way;
    uint64_t  seed = number * UINT64_C(7919) + 17;

    static const char *const  hosts[] = {
        "example.com", "mail.example", "post.example.org", "firma.example"
    };

    (void) snprintf(p->first, sizeof(p->first), "%s",
                    people_first[people_often(&seed,
                                              PEOPLE_OF(people_first))]);
    (void) snprintf(p->last, sizeof(p->last), "%s%s",
                    people_start[people_often(&seed,
                                              PEOPLE_OF(people_start))],
                    people_end[people_below(&seed, PEOPLE_OF(people_end))]);

    people_plain(first, sizeof(first), p->first);
    people_plain(last, sizeof(last), p->last);
    way = people_below(&seed, 3);

    (void) snprintf(p->mail, sizeof(p->mail), "%.*s%s%s%u@%s",
                    way == 0 ? 1 : 31, first, way == 1 ? "." : "", last,
                    (unsigned) people_below(&seed, 9000),
                    hosts[people_below(&seed, PEOPLE_OF(hosts))]);
    (void) snprintf(p->phone, sizeof(p->phone), "+49 1%02u %07u",
                    (unsigned) (50 + people_below(&seed, 30)),
                    (unsigned) people_below(&seed, 9999999));
}


/* One letter left out, doubled, changed, or swapped with the next; never
   within a character of several bytes. */

static inline void
people_slip(char *text, size_t room, uint64_t *seed)
{
    size_t  len = strlen(text), at, tries;

    if (len < 3 || len + 2 > room) {
        return;
    }

    for (tries = 0; tries < 8; tries++) {
        at = 1 + people_below(seed, len - 2);

        if ((text[at] & 0x80) != 0 || (text[at + 1] & 0x80) != 0
            || (text[at - 1] & 0x80) != 0 || text[at] == '@')
        {
            continue;
        }

        switch (people_below(seed, 4)) {
        case 0:
            memmove(text + at, text + at + 1, len - at);
            return;
        case 1:
            memmove(text + at + 1, text + at, len - at + 1);
            text[at] = (char) ('a' + people_below(seed, 26));
            return;
        case 2:
            text[at] = (char) ('a' + people_below(seed, 26));
            return;
        default:
            if (at + 1 < len && text[at + 1] != '@') {
                char  c = text[at];

                text[at] = text[at + 1];
                text[at + 1] = c;
            }
            return;
        }
    }
}


/* The same person, as somebody else types it later. */

static inline void
people_again(people_t *out, const people_t *p, uint64_t *seed)
{
    size_t  i, n;

    *out = *p;

    if (people_below(seed, 100) < 30) {
        people_slip(out->last, sizeof(out->last), seed);
    }

    if (people_below(seed, 100) < 20) {
        people_slip(out->first, sizeof(out->first), seed);
    }

    switch (people_below(seed, 10)) {
    case 0:                            /* another address by now */
        (void) snprintf(out->mail, sizeof(out->mail), "neu%u@example.net",
                        (unsigned) people_below(seed, 100000));
        break;
    case 1:
    case 2:
        people_slip(out->mail, sizeof(out->mail), seed);
        break;
    case 3:
    case 4:
        out->mail[0] = '\0';
        break;
    default:
        out->mail[0] = (char) (out->mail[0] & ~0x20);
    }

    switch (people_below(seed, 10)) {
    case 0:                            /* another number by now */
        (void) snprintf(out->phone, sizeof(out->phone), "+49 30 %06u",
                        (unsigned) people_below(seed, 999999));
        break;
    case 1:
    case 2:
        out->phone[0] = '\0';
        break;
    case 3:                            /* one digit wrong */
        n = strlen(out->phone) - 1;
        out->phone[n] = (char) ('0' + (out->phone[n] - '0' + 1) % 10);
        break;
    case 4:
    case 5:
        out->phone[3] = '0';

        for (i = 0; out->phone[i + 3] != '\0'; i++) {
            out->phone[i] = out->phone[i + 3];
        }

        out->phone[i] = '\0';
        break;
    default:
        for (i = 0; out->phone[i] != '\0'; i++) {
            out->phone[i] = out->phone[i] == ' ' ? '-' : out->phone[i];
        }
    }
}

#endif /* PEOPLE_H */
