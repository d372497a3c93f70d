# The interpreter edgesim is built for and its tests run with.
# -DPython3_EXECUTABLE wins; else an active virtual or conda environment, else python3 on the path, else Debian's:
# the first that has numpy and the headers to build against.
if(NOT Python3_EXECUTABLE AND NOT Python3_ROOT_DIR)
  find_program(_path_python NAMES python3 NO_CACHE)
  set(_candidates "${_path_python}" /usr/bin/python3)
  foreach(_env CONDA_PREFIX VIRTUAL_ENV)
    if(NOT "$ENV{${_env}}" STREQUAL "")
      list(PREPEND _candidates "$ENV{${_env}}/bin/python3")
    endif()
  endforeach()
  foreach(_py IN LISTS _candidates)
    if(EXISTS "${_py}")
      execute_process(
        COMMAND "${_py}" -c "import numpy,sysconfig,os,sys; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path('include'),'Python.h')))"
        RESULT_VARIABLE _rc OUTPUT_QUIET ERROR_QUIET)
      if(_rc EQUAL 0)
        execute_process(COMMAND "${_py}" -c "import sys; print(sys.executable)" OUTPUT_VARIABLE _py OUTPUT_STRIP_TRAILING_WHITESPACE)
        set(Python3_EXECUTABLE "${_py}" CACHE FILEPATH "Interpreter edgesim is built for")
        break()
      endif()
    endif()
  endforeach()
endif()
find_package(Python3 3.9 COMPONENTS Interpreter Development.Module NumPy)
