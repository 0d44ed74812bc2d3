/* pep440.h - version specifiers as pip reads them (PEP 440), for plain releases. Pure. */
#ifndef MODEL_PEP440_H
#define MODEL_PEP440_H

#include "base/base.h"

/* Whether a release ("2.4.1") meets all of "==2.4.0", ">=2.1,<2.5", "~=2.3", "==2.4.*", "!=2.0.1".
 * A local part of the release ("+cu124") counts only where the specifier has one.
 * False in *understood, and false, for what is no such specifier. */
bool pep440_meets(const char *release, const char *specifiers, bool *understood);

#endif
