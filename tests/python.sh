#!/bin/sh
# python.sh: prints the Python that the tests and the suite `frameworks` use, or fails where there is none. It is the
# distribution's own, because the distribution's packages are installed for it; a Python of pyenv, conda or a virtual
# environment may come first in the path and has none of them. bootstrap and CMake both call this.
for python in /usr/bin/python3 python3; do
    command -v "$python" && exit
done
exit 1
