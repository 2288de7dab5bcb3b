/* hash.c - see hash.h. Once SHA-256 is there at all, OpenSSL cannot fail at it. */
#include "archive/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include "util/alloc.h"

struct hash {
	EVP_MD_CTX *ctx;
};

int hash_new(struct hash **out, struct err *e)
{
	struct hash *h = xcalloc(1, sizeof *h);
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL)) {
		hash_free(h);
		return err_set(e, ERR_SYSTEM, "OpenSSL has no SHA-256");
	}
	*out = h;
	return 0;
}

void hash_add(struct hash *h, const void *data, size_t n)
{
	EVP_DigestUpdate(h->ctx, data, n);
}

struct digest hash_end(struct hash *h)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	struct digest d = { 0 };
	if (EVP_DigestFinal_ex(h->ctx, md, NULL))
		d = digest_from_bytes(md);
	hash_free(h);
	return d;
}

void hash_free(struct hash *h)
{
	if (h)
		EVP_MD_CTX_free(h->ctx);
	free(h);
}

struct digest hash_of(const void *data, size_t n)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	SHA256(data, n, md);
	return digest_from_bytes(md);
}
