/**
 * GitHub's command line, as far as a release needs it, for rehearsals of one: releases are lines of a file in the folder `HUB`,
 * their notes are files there, and so is what was asked. With a file `broken` no release can be made.
 */
export const PRETENDED_GH = `#!/bin/sh
echo "$*" | sed 's|--notes-file [^ ]*|--notes-file FILE|' >> "$HUB/asked"
case "$1 $2" in
'release list')
  sed 's/.*/{"tagName":"&","isDraft":false}/' "$HUB/releases" | paste -sd, - | sed 's/.*/[&]/' ;;
'release create')
  [ ! -f "$HUB/broken" ] || { echo 'HTTP 502' >&2; exit 1; }
  while [ "$1" != --notes-file ]; do [ "$1" != create ] || tag=$2; shift; done
  cp "$2" "$HUB/notes-$tag"
  echo "$tag" >> "$HUB/releases" ;;
esac
`;
