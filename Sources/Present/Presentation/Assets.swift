/// The files in `Resources/`, which are compiled in.
enum Assets {
  /// The colours, light and dark, as variables.
  static let palette = String(decoding: PackageResources.palette_css, as: UTF8.self)
  static let page = String(decoding: PackageResources.page_css, as: UTF8.self)
  /// The frame of a page: comments named `head` and `body` stand for what goes there.
  static let shell = String(decoding: PackageResources.page_html, as: UTF8.self)
}
