// libsystemd (Debian's libsystemd-dev), and what Swift cannot call of it: variadic functions, each as one plain function here.
#pragma once
#include "UnitBus.h"
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <systemd/sd-messages.h>
