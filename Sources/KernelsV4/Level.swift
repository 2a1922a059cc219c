/// What differs between the CPU levels.
let levelName = "v4"
