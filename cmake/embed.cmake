# mlm_embed(TARGET NAME FILE…): the files' bytes as texts of the program. For each, NAME.c defines
# `const char mlm_FILE_EXT[]`, and `mlm_FILE_EXT_hash[]`, its SHA-256 as a Content-Security-Policy spells it.
function(mlm_embed target name)
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.c)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DOUTPUT=${source} -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${source})
endfunction()
