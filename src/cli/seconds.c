/* seconds.c - see seconds.h. */
#include "cli/seconds.h"
#include "engine/engine.h"

#define SECONDS_MAX 2000000 /* in milliseconds it is still an int */

int seconds_parse(void *field, const char *value, struct err *e)
{
	struct seconds *s = field;
	int64_t n;
	if (str_to_i64(value, &n) < 0 || n < -1)
		return err_set(e, ERR_USAGE, "invalid number of seconds: %s", value);
	/* what nobody lives to see is for ever */
	s->asked = n > SECONDS_MAX ? -1 : (int)n;
	s->set = true;
	return 0;
}

int seconds_or_default(const struct seconds *s)
{
	return s->set ? s->asked : ENGINE_STOP_SECONDS;
}
