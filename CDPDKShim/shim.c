#include "CDPDKShim.h"
