# Writes OUTPUT, a C file with the bytes of FILES; see embed.cmake.

# CMake gives the hash only in hexadecimal; base64 is needed. Three hexadecimal digits are two base64 characters.
function(base64_of_hash hex ret)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  foreach(at RANGE 0 63 3)
    string(SUBSTRING "${hex}00" ${at} 3 digits)
    math(EXPR high "0x${digits} >> 6")
    math(EXPR low "0x${digits} & 63")
    string(SUBSTRING ${alphabet} ${high} 1 first)
    string(SUBSTRING ${alphabet} ${low} 1 second)
    string(APPEND text ${first}${second})
  endforeach()
  # 64 digits and two zeros give 44 characters; the last one becomes the padding '='.
  string(SUBSTRING ${text} 0 43 text)
  set(${ret} "${text}=" PARENT_SCOPE)
endfunction()

set(code "/* Written by write_embedded.cmake. */\n")
foreach(file ${FILES})
  cmake_path(GET file FILENAME name)
  string(MAKE_C_IDENTIFIER "mlm_${name}" symbol)
  file(READ ${file} hex HEX)
  file(SHA256 ${file} hash)
  base64_of_hash(${hash} base64)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(APPEND code "extern const char ${symbol}[], ${symbol}_hash[];\n"
    "const char ${symbol}[] = \"${bytes}\";\nconst char ${symbol}_hash[] = \"sha256-${base64}\";\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
