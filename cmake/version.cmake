# Makes version.h with version and commit at each build, and writes it only when it changes.
set(MLM_VERSION_FOLDER ${CMAKE_BINARY_DIR}/generated)
add_custom_target(mlm_version
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${MLM_VERSION_FOLDER}/version.h
    -DVERSION=${PROJECT_VERSION} -P ${CMAKE_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${MLM_VERSION_FOLDER}/version.h
  VERBATIM)
