/* The fake libc10.so: nothing of it is called. */
#include "tests/fakes/gate.h"

const long fake_failure = 1;
