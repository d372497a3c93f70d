# Compiler flags of every target, and edgesim_module(), which declares one room of the house.

add_library(edgesim_flags INTERFACE)
target_compile_features(edgesim_flags INTERFACE cxx_std_20)
# Contraction into FMA changes the last bits of results from one CPU or compiler to the next.
target_compile_options(edgesim_flags INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wno-missing-field-initializers  # designated initialisers leave the rest to the member's default
  $<$<BOOL:${EDGESIM_WERROR}>:-Werror>)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(EDGESIM_SANITIZE)
  target_compile_options(edgesim_flags INTERFACE -fsanitize=${EDGESIM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(edgesim_flags INTERFACE -fsanitize=${EDGESIM_SANITIZE})
endif()

# edgesim_module(name SOURCES ... [DEPENDS rooms...] [EXTERNAL targets...] [PRIVATE targets...])
# EXTERNAL libraries appear in the room's headers, PRIVATE ones only in its .cc files.
function(edgesim_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;EXTERNAL;PRIVATE" ${ARGN})
  add_library(edgesim_${name} STATIC ${ARG_SOURCES})
  add_library(edgesim::${name} ALIAS edgesim_${name})
  target_include_directories(edgesim_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  list(TRANSFORM ARG_DEPENDS PREPEND edgesim::)
  target_link_libraries(edgesim_${name} PUBLIC edgesim_flags ${ARG_DEPENDS} ${ARG_EXTERNAL} PRIVATE ${ARG_PRIVATE})
endfunction()
