#define _GNU_SOURCE
#include "CBcrypt.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int apus_bcrypt(const char *password, const char *setting, char hash[APUS_BCRYPT_LENGTH + 1]) {
    // crypt(3) takes many kinds of hashes, some of which cost next to nothing.
    if (strncmp(setting, "$2a$", 4) && strncmp(setting, "$2b$", 4) && strncmp(setting, "$2y$", 4)) {
        errno = EINVAL;
        return -1;
    }
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return -1;
    int result = -1;
    const char *made = crypt_rn(password, setting, data, sizeof *data);
    if (made && strlen(made) == APUS_BCRYPT_LENGTH) {
        memcpy(hash, made, APUS_BCRYPT_LENGTH + 1);
        result = 0;
    }
    // The password is in there.
    explicit_bzero(data, sizeof *data);
    free(data);
    return result;
}
