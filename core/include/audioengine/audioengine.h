// Everything. Include this, or the single headers.
#pragma once

#include "audioengine/conditioner.h"
#include "audioengine/config.h"
#include "audioengine/engine.h"
#include "audioengine/g711.h"
#include "audioengine/metrics.h"
#include "audioengine/factories.h"
#include "audioengine/pcm.h"
#include "audioengine/processor.h"
#include "audioengine/resampler.h"
#include "audioengine/result.h"
#include "audioengine/segmenter.h"
#include "audioengine/status.h"
#include "audioengine/types.h"
#include "audioengine/vad.h"
#include "audioengine/validate.h"
#include "audioengine/version.h"
