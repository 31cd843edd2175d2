# Warnings and sanitizers for every target of ours.
add_library(mlm_flags INTERFACE)
target_compile_options(mlm_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wvla>)
# `omp simd` marks the loops that are vectorized at -O2; no OpenMP library is linked. -fno-math-errno: setting errno in
# sqrt() would prevent vectorizing, and nobody reads it.
target_compile_options(mlm_flags INTERFACE -fopenmp-simd -fno-math-errno)
target_compile_definitions(mlm_flags INTERFACE _GNU_SOURCE)
if(MLM_WERROR)
  target_compile_options(mlm_flags INTERFACE -Werror)
endif()
if(MLM_FUZZ)
  # Loops with the fuzzer's counters in them cannot be vectorized, and need not be.
  target_compile_options(mlm_flags INTERFACE -fsanitize=fuzzer-no-link -Wno-pass-failed)
endif()
if(MLM_SANITIZE OR MLM_FUZZ)
  target_compile_options(mlm_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(mlm_flags INTERFACE -fsanitize=address,undefined)
endif()
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}" MLM_FLAGS_TEXT)
if(MLM_SANITIZE OR MLM_FUZZ)
  string(APPEND MLM_FLAGS_TEXT " -fsanitize=address,undefined")
endif()
