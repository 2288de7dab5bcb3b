dnl cuddy.m4 - the questions that configure.ac asks more than once.

dnl CUDDY_C_GNU17: the language of the sources.
AC_DEFUN([CUDDY_C_GNU17], [
  AC_MSG_CHECKING([for C17 with GNU extensions])
  CC="$CC -std=gnu17"
  AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
    #if __STDC_VERSION__ < 201710L
    #error older than C17
    #endif
    int x;]])],
    [AC_MSG_RESULT([-std=gnu17])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([$CC is no C17 compiler; gcc 8 or clang 7 would do])])
])

dnl CUDDY_CC_FLAGS(VARIABLE, FLAGS): those of FLAGS that the compiler knows.
AC_DEFUN([CUDDY_CC_FLAGS], [
  AC_MSG_CHECKING([compiler flags for $1])
  cuddy_save_CFLAGS=$CFLAGS
  $1=
  for cuddy_flag in m4_normalize([$2]); do
    dnl gcc keeps silent about an unknown -Wno-x, so ask for its positive
    cuddy_try=`echo "$cuddy_flag" | sed 's/^-Wno-/-W/'`
    CFLAGS="$cuddy_save_CFLAGS -Werror -Wformat $cuddy_try"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([])], [$1="$$1 $cuddy_flag"])
  done
  CFLAGS=$cuddy_save_CFLAGS
  AC_MSG_RESULT([$$1])
  AC_SUBST([$1])
])

dnl CUDDY_LD_FLAGS(VARIABLE, FLAGS): those of FLAGS that the linker knows.
AC_DEFUN([CUDDY_LD_FLAGS], [
  AC_MSG_CHECKING([linker flags for $1])
  cuddy_save_LDFLAGS=$LDFLAGS
  cuddy_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -fPIE"
  $1=
  for cuddy_flag in m4_normalize([$2]); do
    LDFLAGS="$cuddy_save_LDFLAGS -Werror $cuddy_flag"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([])], [$1="$$1 $cuddy_flag"])
  done
  LDFLAGS=$cuddy_save_LDFLAGS
  CFLAGS=$cuddy_save_CFLAGS
  AC_MSG_RESULT([$$1])
  AC_SUBST([$1])
])

dnl CUDDY_CC_FORTIFY: checked string functions, which only optimised code has.
AC_DEFUN([CUDDY_CC_FORTIFY], [
  AC_MSG_CHECKING([for -D_FORTIFY_SOURCE=2])
  cuddy_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]])],
    [AC_MSG_RESULT([yes])
     FORTIFY_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"],
    [AC_MSG_RESULT([no, not optimising])])
  CFLAGS=$cuddy_save_CFLAGS
  AC_SUBST([FORTIFY_CPPFLAGS])
])

dnl CUDDY_SANITIZE(FLAGS): a compiler that cannot is an error, as it was asked for.
AC_DEFUN([CUDDY_SANITIZE], [
  AC_MSG_CHECKING([for $1])
  cuddy_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([the sanitizers' run-time libraries are missing
  Debian: libgcc-12-dev for gcc, libclang-rt-14-dev for clang
  Fedora: libasan and libubsan for gcc, compiler-rt for clang])])
  CFLAGS=$cuddy_save_CFLAGS
  AC_SUBST([SANITIZE_CFLAGS], ["$1"])
])

dnl CUDDY_FUZZER: libFuzzer, which comes with clang only.
AC_DEFUN([CUDDY_FUZZER], [
  AC_MSG_CHECKING([for libFuzzer])
  cuddy_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -fsanitize=fuzzer"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
    #include <stddef.h>
    #include <stdint.h>
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data && !size; }]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([--enable-fuzzing needs clang with its run-time library: CC=clang
  Debian: clang libclang-rt-14-dev
  Fedora: clang compiler-rt])])
  CFLAGS=$cuddy_save_CFLAGS
  AC_SUBST([FUZZ_CFLAGS], [-fsanitize=fuzzer-no-link])
  AC_SUBST([FUZZ_LDFLAGS], [-fsanitize=fuzzer])
])

dnl CUDDY_STATIC_LIBC: what runs inside containers, or stays beside them, is static.
AC_DEFUN([CUDDY_STATIC_LIBC], [
  AC_MSG_CHECKING([for a static C library])
  cuddy_save_LDFLAGS=$LDFLAGS
  LDFLAGS="$LDFLAGS -static"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("x");]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     CUDDY_MISSING([the static C library], [libc6-dev], [glibc-static])])
  LDFLAGS=$cuddy_save_LDFLAGS
])

dnl CUDDY_MISSING(WHAT, DEBIAN, FEDORA): noted, so that all are told at once.
AC_DEFUN([CUDDY_MISSING], [
  cuddy_missing="$cuddy_missing
  $1"
  cuddy_missing_debian="$cuddy_missing_debian $2"
  cuddy_missing_fedora="$cuddy_missing_fedora $3"
])

dnl CUDDY_LIBRARY(VARIABLE, PKG-CONFIG MODULE, VERSION, DEBIAN, FEDORA)
AC_DEFUN([CUDDY_LIBRARY], [
  PKG_CHECK_MODULES([$1], [$2 >= $3],
    [cuddy_version_$1=`$PKG_CONFIG --modversion $2`],
    [CUDDY_MISSING([$2 (at least $3)], [$4], [$5])])
])

dnl CUDDY_REPORT_MISSING: ends configure when something was.
AC_DEFUN([CUDDY_REPORT_MISSING], [
  AS_IF([test -n "$cuddy_missing"], [AC_MSG_ERROR([missing libraries:$cuddy_missing

  Debian: apt-get install$cuddy_missing_debian
  Fedora: dnf install$cuddy_missing_fedora])])
])
