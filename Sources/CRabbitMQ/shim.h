#pragma once
#include <rabbitmq-c/amqp.h>
