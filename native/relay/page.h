// The files of the page, read once. A request finds a file by its exact path or finds none, so no path can lead out of
// the folder.
#pragma once

#include <map>
#include <string>

namespace audioengine::relay {

struct PageFile {
    std::string body;
    std::string mime_type;
    std::string etag;
};

class Page {
public:
    /// Reads all files below `folder`, hidden ones left out. Throws std::runtime_error with a sentence when there is no
    /// index.html, or more than 64 MiB.
    static Page read(const std::string& folder);

    /// By path as in a request: "/app.js". "/" and other folders are their index.html. Null when there is none.
    [[nodiscard]] const PageFile* find(const std::string& path) const;

private:
    std::map<std::string, PageFile> files_;
};

}  // namespace audioengine::relay
