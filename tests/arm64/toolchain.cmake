# Debian's cross compiler with the packages that build.sh unpacked into ROOT (cmake -DMLM_ROOT=ROOT). Tests run through
# qemu-user. Programs name the loader and the libraries in ROOT: with `qemu-aarch64 -L ROOT`, a test that opens / would
# get ROOT.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MLM_ROOT)
set(CMAKE_SYSROOT ${MLM_ROOT})
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(libraries ${MLM_ROOT}/usr/lib/aarch64-linux-gnu:${MLM_ROOT}/lib/aarch64-linux-gnu)
# RPATH also serves libraries that libraries need; RUNPATH would not.
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-Wl,--dynamic-linker=${MLM_ROOT}/lib/ld-linux-aarch64.so.1 -Wl,--disable-new-dtags,-rpath,${libraries}")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(ENV{PKG_CONFIG_LIBDIR} ${MLM_ROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${MLM_ROOT}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${MLM_ROOT})
