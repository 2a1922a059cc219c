#include "cpython_module.h"
