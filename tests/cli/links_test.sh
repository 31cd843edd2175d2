#!/bin/sh
# Root in another user's folder: whatever links lie there, root writes nothing at their targets and creates nothing
# there. real/files does the same with verbs that run something.
. "$(dirname "$0")/common.sh"
begin
if [ "$(id -u)" != 0 ]; then
    echo "skipped: only root writes in other users' folders"
    finish
fi
records=$MLM_SOURCE/tests/fixtures/record/swap.jsonl
user=12345

# A user's folder with links for every name that a verb could write: to a file of root's, and to nothing.
mkdir precious
echo precious >precious/file
plant()
{
    rm -rf theirs precious/made
    mkdir theirs
    cp "$records" theirs/run.jsonl
    for name; do
        ln -s ../precious/file "theirs/$name"
        ln -s ../precious/made "theirs/$name.part"
    done
    chown -hR $user:$user theirs
}

# untouched WHAT: nothing was written through any link, and the name now is a file.
untouched()
{
    expect "$1: what a link led to is as it was" grep -qx precious precious/file
    expect "$1: nothing was made where one led to nothing" test "$(ls precious)" = file
}

pictures=$(cd theirs 2>/dev/null || mkdir theirs && cp "$records" theirs/run.jsonl && "$mlm" plot --format svg,png theirs/run.jsonl)
# shellcheck disable=SC2046  # one a line, without spaces
plant $(for picture in $pictures; do basename "$picture"; done) run.html out.csv
status 0 "$mlm" plot --format svg,png theirs/run.jsonl
untouched plot
status 0 "$mlm" report theirs/run.jsonl
untouched report
status 0 "$mlm" export --format csv --out theirs/out.csv theirs/run.jsonl
untouched export
expect "the page is there" test -s theirs/run.html -a ! -h theirs/run.html
expect "every picture is" sh -c "for picture in $(echo $pictures); do [ -s \$picture ] && [ ! -h \$picture ] || exit 1; done"

# Links to nothing, and to a second name of root's file.
plant
ln -s ../precious/made theirs/run.html
ln precious/file theirs/out.csv
status 0 "$mlm" report theirs/run.jsonl
status 0 "$mlm" export --format csv --out theirs/out.csv theirs/run.jsonl
untouched "a link to nothing, and a second name"

# A folder that is a link.
plant
ln -s ../precious theirs/pictures
chown -h $user:$user theirs/pictures
status 3 "$mlm" plot --out theirs/pictures theirs/run.jsonl
expect "it is named" grep -q "pictures is a link that somebody else can have made" log/err
status 3 "$mlm" export --format csv --out theirs/pictures/out.csv theirs/run.jsonl
untouched "a folder that is a link"

# One's own links are followed as usual.
mkdir own
ln -s ../precious own/folder
status 0 "$mlm" export --format csv --out own/folder/out.csv theirs/run.jsonl
expect "one's own link is followed" test -s precious/out.csv
rm precious/out.csv

# Files made under sudo belong to the user who called it.
plant
export SUDO_UID=$user SUDO_GID=54321
status 0 "$mlm" plot --out theirs/made/below theirs/run.jsonl
status 0 "$mlm" report theirs/run.jsonl
status 0 "$mlm" export --format csv --out theirs/out.csv theirs/run.jsonl
unset SUDO_UID SUDO_GID
expect "what sudo made is the user's" test -z "$(find theirs ! -user $user)"

# gnuplot must not get a script from a folder that another user can replace.
plant
mkdir bin theirs/tmp
chown $user:$user theirs/tmp
cat >bin/gnuplot <<END
#!/bin/sh
{ pwd; printf '%s\\n' "\$@"; } >>"$PWD/log/gnuplot"
exit 1
END
chmod +x bin/gnuplot
TMPDIR=$PWD/theirs/tmp PATH=$PWD/bin:$PATH "$mlm" plot --out pictures theirs/run.jsonl >log/out 2>log/err
expect "gnuplot was run" test -s log/gnuplot
expect_not "not in the user's folder" grep -q "$PWD/theirs" log/gnuplot
expect "nor is anything made there" test -z "$(ls theirs/tmp)"
finish
