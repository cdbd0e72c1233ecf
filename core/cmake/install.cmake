# What `cmake --install` puts where: headers, library, find_package(audioengine CONFIG), audioengine.pc, the metrics' schema.
# Every path is relative to the installed files themselves, so the tree may be moved.
include(CMakePackageConfigHelpers)

install(TARGETS audioengine_core EXPORT audioengine)
install(DIRECTORY include/audioengine DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(FILES share/metrics.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/audioengine)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/audioengine)
# The core needs nothing but the C++ library, so the exported targets are the whole package file.
install(EXPORT audioengine NAMESPACE audioengine:: FILE audioengineConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(audioengineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/audioengineConfigVersion.cmake DESTINATION ${package_dir})

# From the folder of the .pc file up to the prefix.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(cmake/audioengine.pc.in audioengine.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/audioengine.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
