#include "page.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace audioengine::relay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPageBytes = std::size_t{64} << 20U;

constexpr std::pair<std::string_view, const char*> kMimeTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wav", "audio/wav"},
    {".flac", "audio/flac"},
    {".ogg", "audio/ogg"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
};

const char* mime_type_of(const std::string& extension) {
    for (const auto& [known, type] : kMimeTypes) {
        if (known == extension) return type;
    }
    return "application/octet-stream";
}

std::string etag_of(const std::string& body) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    char text[24];
    std::snprintf(text, sizeof text, "\"%016llx\"", static_cast<unsigned long long>(hash));
    return text;
}

}  // namespace

Page Page::read(const std::string& folder) {
    Page page;
    std::size_t bytes = 0;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
        if (entry->path().filename().string().front() == '.') {
            entry.disable_recursion_pending();
            continue;
        }
        if (!entry->is_regular_file()) continue;
        std::ifstream stream(entry->path(), std::ios::binary);
        PageFile file{
            {std::istreambuf_iterator<char>(stream), {}}, mime_type_of(entry->path().extension().string()), {}};
        if (!stream) throw std::runtime_error("cannot read " + entry->path().string());
        bytes += file.body.size();
        if (bytes > kMaxPageBytes) throw std::runtime_error("the page in " + folder + " has more than 64 MiB");
        file.etag = etag_of(file.body);
        std::string path = "/";  // not "/" + ...: g++ 12 warns of an overlap that is not there
        path += fs::relative(entry->path(), folder).generic_string();
        page.files_[path] = std::move(file);
    }
    if (page.find("/") == nullptr) throw std::runtime_error("there is no index.html in " + folder);
    return page;
}

const PageFile* Page::find(const std::string& path) const {
    const auto file = files_.find(!path.empty() && path.back() == '/' ? path + "index.html" : path);
    return file == files_.end() ? nullptr : &file->second;
}

}  // namespace audioengine::relay
