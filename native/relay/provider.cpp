#include "provider.h"

namespace audioengine::relay {
namespace {

constexpr ProviderType kProviders[] = {
    {"echo", 0, &create_echo_provider},
};

}  // namespace

const ProviderType* find_provider(std::string_view name) {
    for (const ProviderType& provider : kProviders) {
        if (name == provider.name) return &provider;
    }
    return nullptr;
}

std::string provider_names() {
    std::string names;
    for (const ProviderType& provider : kProviders) names += (names.empty() ? "" : ", ") + std::string(provider.name);
    return names;
}

}  // namespace audioengine::relay
