/* Ceilings of the store; every decoder and every transition keeps to them. */

#ifndef STORE_LIMITS_H
#define STORE_LIMITS_H

#define STORE_LIMIT_KEY       64       /* bytes of a key */
#define STORE_LIMIT_FIELD     4096     /* bytes of one text or bytes field */
#define STORE_LIMIT_VALUE     16384    /* bytes of a record */

/* Characters (code points) of texts that people give. */
#define STORE_LIMIT_NAME      64       /* accounts and guests */
#define STORE_LIMIT_LOGIN     128
#define STORE_LIMIT_HASH      128      /* bytes of a password's hash */
#define STORE_LIMIT_SUBJECT   768
#define STORE_LIMIT_DISPLAY   128
#define STORE_LIMIT_MAIL      254
#define STORE_LIMIT_PHONE     40
#define STORE_LIMIT_TITLE     200
#define STORE_LIMIT_COMMENT   1000
#define STORE_LIMIT_SERVERS   256      /* media servers to choose from */
#define STORE_LIMIT_MEDIA     63       /* bytes of a media server's name */
#define STORE_LIMIT_WORD      64       /* profile, version of terms */
#define STORE_LIMIT_ROLES     2048     /* bytes of a list of roles */
#define STORE_LIMIT_ENTRIES   1000     /* lines of one interaction */

#define STORE_LIMIT_TEAM      4096     /* members of one team */
#define STORE_LIMIT_TEAMS     16       /* teams of one user */
#define STORE_LIMIT_GROUPS    64       /* groups of one user or device */
#define STORE_LIMIT_MANAGERS  64       /* managers of one group */
#define STORE_LIMIT_STEPS     1024     /* members that one step takes out */

#define STORE_ROOM_MAX        (UINT64_C(1) << 53)

#define STORE_LIMIT_BATCH     65536    /* operations in one transaction */
#define STORE_LIMIT_SWEEP     1024     /* steps of one sweep */

#define STORE_LIMIT_TO        254      /* characters of an address */
#define STORE_LIMIT_ONCE      255      /* bytes of an Idempotency-Key */
#define STORE_ONCE_KEPT       (UINT64_C(24) * 3600 * 1000)

#define STORE_PASS_LIFE       (UINT64_C(2) * 60 * 1000)

#define STORE_READERS_MAX     1022
#define STORE_MAP_DEFAULT     (UINT64_C(64) << 30)
#define STORE_MAP_LEAST       (UINT64_C(1) << 20)

#endif /* STORE_LIMITS_H */
