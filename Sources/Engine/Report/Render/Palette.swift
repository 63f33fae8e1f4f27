/// The colours of reports and pictures, as variables of a style sheet.
public enum Palette {
  public static let light = """
    --ink: #1c2430; --soft: #5d6b7c; --line: #dde3ea; --paper: #ffffff; --card: #f5f7fa; --ok: #3f8fd2; --fail: #d9822b; \
    --unknown: #8e5bb5; --fault: #d6454533; --held: #1f8a4c; --violated: #c62f2f; --undecided: #b07500;
    """

  /// Those that differ on a dark page.
  public static let dark = """
    --ink: #e6ebf1; --soft: #9aa7b6; --line: #2e3947; --paper: #12171e; --card: #1b222c; --fault: #ff5c5c33; --held: #4cc27f; \
    --violated: #ff6b6b; --undecided: #e6ad3c;
    """
}
