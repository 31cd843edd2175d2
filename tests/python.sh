#!/bin/sh
# python.sh: prints which Python the tests and the suite `frameworks` use, or fails where there is none. It is the
# distribution's own, because the distribution's packages are installed into that one: a Python of pyenv, of conda or
# of a virtual environment may be the first in the path and has none of them. bootstrap and CMake both ask here.
for python in /usr/bin/python3 python3; do
    command -v "$python" && exit
done
exit 1
