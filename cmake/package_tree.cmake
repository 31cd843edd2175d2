# Run by cpack over the tree that it packs. Debian's zsh looks for the completions of packages in a folder of its own.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(zsh ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/zsh)
  file(RENAME ${zsh}/site-functions ${zsh}/vendor-completions)
endif()
