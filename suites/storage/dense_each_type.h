/* Includes the template of dense products for each narrow type. */

#define TYPE f16
#define ELEMENT uint16_t
#define WIDEN(from) WIDEN_HALVES(from)
#define WIDEN_ONE(element) mlm_f16_decode(element)
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE

#define TYPE i8
#define ELEMENT int8_t
#define WIDEN(from) WIDEN_BYTES(from)
#define WIDEN_ONE(element) ((float)(element))
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE
