#include "engine_shims.h"
