# bin/mlmembench, libexec/mlmembench/{mlmembench-worker,suites/*.so}, share/mlmembench/plots; found from the
# program's own place, so that the tree can be moved.
install(TARGETS mlmembench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS mlmembench-worker RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/mlmembench)
install(DIRECTORY plots/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mlmembench/plots FILES_MATCHING PATTERN "*.gp")
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 FILES_MATCHING PATTERN "*.5")
install(FILES results/schema.json results/export.schema.json results/estimate.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/mlmembench)
install(FILES completions/mlmembench.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME mlmembench OPTIONAL)
install(FILES completions/_mlmembench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions OPTIONAL)
install(FILES completions/mlmembench.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d OPTIONAL)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

set(CPACK_PACKAGE_VENDOR "mlmembench")
set(CPACK_PACKAGE_CONTACT "The mlmembench authors")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR TGZ)
include(CPack)
