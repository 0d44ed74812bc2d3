/* prove.h - what is compared between our headers and the vendor's. None of this
 * is linked: a difference is a compile error that names the symbol. */
#ifndef ABI_PROVE_H
#define ABI_PROVE_H

#ifdef __cplusplus
#define _Static_assert static_assert
#endif

/* A symbol that may be absent from these headers is declared once more: another
 * prototype is a conflict. All others must be declared by the vendor. */
#ifdef MAY_BE_OLDER
#define PROVE_WANT(ret, name, params)   ret name params;
#else
#define PROVE_WANT(ret, name, params)   PROVE_NEED(ret, name, params)
#endif
#define PROVE_NEED(ret, name, params) \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name), ret params), #name " has another prototype");
#define PROVE(need, ret, name, params)  PROVE_##need(ret, name, params)

#define SAME_VALUE(name)    _Static_assert((long long)(name) == (long long)own_##name, #name " has another value");
#define SAME_SIZE(type)     _Static_assert(sizeof(type) == sizeof(own_##type), #type " has another size");
#define SAME_FIELD(type, field) \
    _Static_assert(offsetof(type, field) == offsetof(own_##type, field) \
                   && sizeof(((type *)0)->field) == sizeof(((own_##type *)0)->field), #type "." #field " lies elsewhere");

#define PROVE_TYPES     OWN_VALUES(SAME_VALUE) OWN_TYPES(SAME_SIZE) OWN_FIELDS(SAME_FIELD)

#endif
