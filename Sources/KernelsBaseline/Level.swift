/// What differs between the CPU levels.
let levelName = "baseline"
