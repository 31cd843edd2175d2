# bin/mlmembench, libexec/mlmembench/{mlmembench-worker,suites/*.so}, share/mlmembench/plots. The program finds them
# from its own place, so the tree can be moved.
install(TARGETS mlmembench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS mlmembench-worker RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/mlmembench)
install(DIRECTORY plots/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mlmembench/plots FILES_MATCHING PATTERN "*.gp")
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 FILES_MATCHING PATTERN "*.5")
install(FILES results/schema.json results/compare.schema.json results/estimate.schema.json results/export.schema.json
  results/predict.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/mlmembench)
install(FILES completions/mlmembench.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME mlmembench)
install(FILES completions/_mlmembench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES completions/mlmembench.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# cmake --build BUILD --target package makes an archive and, where dpkg exists, a .deb for the release that it is built
# on.
set(CPACK_PACKAGE_VENDOR "mlmembench")
set(CPACK_PACKAGE_CONTACT "The mlmembench authors")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
find_program(MLM_DPKG dpkg)
if(MLM_DPKG)
  list(APPEND CPACK_GENERATOR DEB)
endif()
# The version ends with the release, so that the package for a newer Debian or Ubuntu counts as an upgrade:
# 0.1.0-1~debian12, 0.1.0-1~debian13.
cmake_host_system_information(RESULT os QUERY DISTRIB_INFO)
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~${os_ID}${os_VERSION_ID}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "It runs machine-learning workloads, or any command, in fresh processes under
memory caps (cgroups), and shows what they need, how slow they become, and
why each of them ended.")
# dpkg-shlibdeps finds the linked libraries. Libraries and programs that are opened or started only if present are named
# here.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot, libopenblas0, zlib1g")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libgc1, libmimalloc3 | libmimalloc2.0, libjemalloc2, libtcmalloc-minimal4t64 | libtcmalloc-minimal4, python3-sklearn, python3-xgboost, python3-torch, python3-pandas")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/postrm)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_tree.cmake)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/package_tools.cmake)
include(CPack)
