/* Includes the template of dense products for each type of values. */

#define REAL float
#define REALS FLOATS
#define LANES FLOAT_LANES

#define TYPE f32
#define ELEMENT float
#define WIDEN(from) LOAD_FLOATS(from)
#define WIDEN_ONE(element) (element)
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE

#define TYPE f16
#define ELEMENT uint16_t
#define WIDEN(from) LOAD_HALVES(from)
#define WIDEN_ONE(element) mlm_f16_decode(element)
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE

#define TYPE i8
#define ELEMENT int8_t
#define WIDEN(from) (__builtin_convertvector(LOAD_BYTES(from), FLOATS))
#define WIDEN_ONE(element) ((float)(element))
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE

#undef LANES
#undef REALS
#undef REAL

#define REAL double
#define REALS DOUBLES
#define LANES (FLOAT_LANES / 2)
#define TYPE f64
#define ELEMENT double
#define WIDEN(from) LOAD_DOUBLES(from)
#define WIDEN_ONE(element) (element)
#include "storage/dense_products_template.h"
#undef WIDEN_ONE
#undef WIDEN
#undef ELEMENT
#undef TYPE
#undef LANES
#undef REALS
#undef REAL
