//! The workspace's Rust files, parsed.

use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Error;
use super::project::root;

/// Where Rust is written. `target` and hidden directories are passed over.
const DIRECTORIES: [&str; 4] = ["functions", "shared", "infra", "tests"];

/// One Rust file.
pub struct Source {
    /// Its path from the workspace's directory, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its syntax.
    pub file: syn::File,
}

/// What a walk over a file tells.
#[derive(Default)]
pub struct Walk {
    with_tests: bool,
    /// Every function with its first and last line.
    pub functions: Vec<(String, usize, usize)>,
    /// Every string literal with its line.
    pub strings: Vec<(String, usize)>,
    /// The name of every method that is called.
    pub methods: Vec<String>,
    /// Every path such as `std::env::var` or `env::var`, in an expression, a macro's name or an import, with its line.
    pub paths: Vec<(String, usize)>,
}

impl Source {
    /// Parses a file's text.
    pub fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let file = syn::parse_file(text).map_err(|source| Error::Rust {
            path: path.into(),
            source,
        })?;
        Ok(Self {
            path: path.into(),
            text: text.into(),
            file,
        })
    }

    /// Whether it is part of what is deployed, not of tools and tests.
    pub fn is_product(&self) -> bool {
        let crate_of_the_product = self.path.starts_with("functions/") || self.path.starts_with("shared/");
        crate_of_the_product && self.path.contains("/src/")
    }

    /// Whether all of it is tests: a `tests.rs`, or below a `tests` directory.
    pub fn is_tests(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.starts_with("tests/") || self.path.contains("/tests/")
    }

    /// Looks at everything but the tests.
    pub fn walk(&self) -> Walk {
        if self.is_tests() {
            Walk::default()
        } else {
            self.walk_with_tests(false)
        }
    }

    /// Looks at everything.
    pub fn walk_all(&self) -> Walk {
        self.walk_with_tests(true)
    }

    fn walk_with_tests(&self, with_tests: bool) -> Walk {
        let mut walk = Walk {
            with_tests,
            ..Walk::default()
        };
        walk.visit_file(&self.file);
        walk
    }

    /// Its lines without the unit tests below the code.
    pub fn own_lines(&self) -> usize {
        let tests: usize = self
            .file
            .items
            .iter()
            .filter(|item| is_test_module(item))
            .map(lines)
            .sum();
        self.text.lines().count().saturating_sub(tests)
    }
}

/// Every Rust file of the workspace, in the order of its path.
pub fn all() -> Result<Vec<Source>, Error> {
    let mut paths = Vec::new();
    for directory in DIRECTORIES {
        collect(&root().join(directory), "rs", &mut paths)?;
    }
    paths.sort();
    paths
        .iter()
        .map(|path| Source::parse(&from_root(path), &read(path)?))
        .collect()
}

/// The files below a directory with this extension.
pub fn collect(directory: &Path, extension: &str, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in std::fs::read_dir(directory).map_err(|source| unreadable(directory, source))? {
        let path = entry.map_err(|source| unreadable(directory, source))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, extension, into)?;
        } else if path.extension().is_some_and(|ending| ending == extension) {
            into.push(path);
        }
    }
    Ok(())
}

/// A path as findings write it.
pub fn from_root(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Unreadable {
        path: from_root(path),
        source,
    }
}

fn is_test_module(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Mod(module) if module.content.is_some() && is_for_tests(&module.attrs))
}

/// Whether `#[cfg(test)]` or `#[test]` stands above.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        syn::Meta::NameValue(_) => false,
    })
}

fn lines(item: &syn::Item) -> usize {
    item.span()
        .end()
        .line
        .saturating_sub(item.span().start().line)
        .saturating_add(1)
}

fn written(path: &syn::Path) -> String {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect::<Vec<_>>()
        .join("::")
}

impl Walk {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.span().start().line, block.span().end().line);
        self.functions.push((signature.ident.to_string(), first, last));
    }

    fn import(&mut self, before: &str, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => self.import(&format!("{before}{}::", path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.import(before, item)),
            syn::UseTree::Name(name) => self
                .paths
                .push((format!("{before}{}", name.ident), name.span().start().line)),
            syn::UseTree::Rename(name) => self
                .paths
                .push((format!("{before}{}", name.ident), name.span().start().line)),
            syn::UseTree::Glob(glob) => self.paths.push((format!("{before}*"), glob.span().start().line)),
        }
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if self.with_tests || !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.push(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.strings.push((literal.value(), literal.span().start().line));
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        // Documentation is a string literal to the parser; it is no text of the product.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push((written(path), path.span().start().line));
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        self.import("", &import.tree);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.strings.extend(strings_in(call.tokens.clone()));
        visit::visit_macro(self, call);
    }
}

/// A macro's arguments are only tokens to the parser; the texts of `format!` and `json!` stand among them.
fn strings_in(tokens: proc_macro2::TokenStream) -> Vec<(String, usize)> {
    let of_one = |token| match token {
        proc_macro2::TokenTree::Group(group) => strings_in(group.stream()),
        proc_macro2::TokenTree::Literal(literal) => match syn::parse_str::<syn::LitStr>(&literal.to_string())
        {
            Ok(text) => vec![(text.value(), literal.span().start().line)],
            Err(_) => Vec::new(),
        },
        proc_macro2::TokenTree::Ident(_) | proc_macro2::TokenTree::Punct(_) => Vec::new(),
    };
    tokens.into_iter().flat_map(of_one).collect()
}
