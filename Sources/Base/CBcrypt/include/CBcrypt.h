// bcrypt by crypt(3) of libxcrypt (Debian's libcrypt-dev): its working memory, of which a copy on the stack would be 32 KiB, stays here.
#pragma once

/// The characters of a hash with bcrypt, $2b$10$, 22 of the salt and 31 of the result.
#define APUS_BCRYPT_LENGTH 60

/// Computes the hash of a password; takes as long as the cost in the setting says.
///
/// - Parameter setting: a hash, or its beginning up to the salt's end.
/// - Parameter hash: takes the hash and a zero byte behind it.
/// - Returns: 0; -1 where the setting is of another kind or memory is short, with errno.
int apus_bcrypt(const char *password, const char *setting, char hash[APUS_BCRYPT_LENGTH + 1]);
