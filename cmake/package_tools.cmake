# Read by cpack before it makes a package. Without this tool a .deb would come out with no dependencies.
if(CPACK_GENERATOR STREQUAL "DEB")
  find_program(shlibdeps dpkg-shlibdeps)
  if(NOT shlibdeps)
    message(FATAL_ERROR "A .deb needs dpkg-shlibdeps, which says what the programs depend on: install dpkg-dev")
  endif()
endif()
