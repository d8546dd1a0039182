#pragma once
#include <rte_eal.h>
