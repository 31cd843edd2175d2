# mlm_embed(TARGET NAME FILE…) makes files a part of the program. For each FILE, NAME.c defines `const char
# mlm_FILE_EXT[]` and `mlm_FILE_EXT_hash[]`, its SHA-256 in the form that a Content-Security-Policy needs.
function(mlm_embed target name)
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.c)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DOUTPUT=${source} -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${source})
endfunction()
