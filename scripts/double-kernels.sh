#!/bin/sh
# Makes the kernels of Double from those of Float, which are the ones to edit.
set -e
cd "$(dirname "$0")/.."
for file in Sources/KernelSources/Float*.swift Sources/KernelTiles6/Float*.swift Sources/KernelsV4/Tiles/Float*.swift; do
  twin="$(dirname "$file")/Double$(basename "$file" | sed 's/^Float//')"
  sed -e 's/Float/Double/g; s/float/double/g' "$file" > "$twin"
done
