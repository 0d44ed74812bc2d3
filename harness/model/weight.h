/* weight.h - how much something weighs that is not as expected. */
#ifndef MODEL_WEIGHT_H
#define MODEL_WEIGHT_H

enum weight {
    NOTED,              /* worth a word, and no fault: the driver's library, on a machine without a driver */
    WARNS,
    UNKNOWN,            /* it could not be found out */
    WRONG,
};

#endif
