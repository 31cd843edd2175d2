/* Tests opening a library under one of several names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <string.h>

#include "data/library.h"

static void the_first_that_is_there_is_opened(void **state)
{
    (void)state;
    const char *why = "untouched";
    void *library = mlm_library_open("libnowhere.so.9 libm.so.6", RTLD_LOCAL, &why);
    assert_non_null(library);
    assert_non_null(dlsym(library, "cos"));
    assert_string_equal(why, "untouched");
    (void)dlclose(library);
}

static void none_of_them_is_there(void **state)
{
    (void)state;
    const char *why = NULL;
    assert_null(mlm_library_open("libnowhere.so.9 libnowhere.so.8", RTLD_LOCAL, &why));
    assert_non_null(strstr(why, "libnowhere.so.8"));
    assert_null(mlm_library_open("libnowhere.so.9", RTLD_LOCAL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_is_there_is_opened),
        cmocka_unit_test(none_of_them_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
