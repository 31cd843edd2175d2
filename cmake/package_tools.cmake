# cpack reads this before it makes a package. Without dpkg-shlibdeps and file, a .deb would have no dependencies.
if(CPACK_GENERATOR STREQUAL "DEB")
  find_program(shlibdeps dpkg-shlibdeps)
  find_program(file file)
  if(NOT shlibdeps OR NOT file)
    message(FATAL_ERROR "A .deb needs dpkg-shlibdeps and file, which say what the programs depend on: install dpkg-dev "
      "and file")
  endif()
endif()
