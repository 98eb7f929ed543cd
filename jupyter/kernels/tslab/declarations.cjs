/**
 * What a cell's text declares and mentions, read from its syntax alone. No import of Node: a browser's worker runs
 * this file, too.
 */

'use strict';

/**
 * The names that a file declares at its top level, each with how: 'let', 'var', 'const', 'using', 'function', 'class',
 * 'enum', 'namespace', 'type' or 'import'. Of a name that is declared more than once, what can be assigned to wins.
 * `imports` has for each import a function that writes it again, under any name; `ambient` holds those that only
 * `declare` something that exists elsewhere; `augmented` what is declared into the global scope or into another module.
 */
function declarations(ts, file) {
  const names = new Map();
  const imports = new Map();
  const ambient = new Set();
  const augmented = new Set();

  const add = (name, kind) => {
    const before = names.get(name);
    if (before === undefined || before === 'type' || before === 'namespace') names.set(name, kind);
  };
  const addPattern = (name, kind) => {
    if (ts.isIdentifier(name)) add(name.text, kind);
    else for (const element of name.elements) if (element.name) addPattern(element.name, kind);
  };
  const addVariables = list => {
    for (const { name } of list.declarations) addPattern(name, variableKind(ts, list));
  };

  for (const statement of file.statements) {
    const { name } = statement;
    if (ts.isVariableStatement(statement)) addVariables(statement.declarationList);
    else if (ts.isFunctionDeclaration(statement)) name && add(name.text, 'function');
    else if (ts.isClassDeclaration(statement)) name && add(name.text, 'class');
    else if (ts.isEnumDeclaration(statement)) add(name.text, 'enum');
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      add(name.text, 'type');
    else if (ts.isModuleDeclaration(statement)) {
      const global = (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
      if (!global && ts.isIdentifier(name)) add(name.text, 'namespace');
      else
        for (const inner of statement.body?.statements ?? [])
          augmented.add(`${name.text} ${namesOf(ts, inner)}`);
    } else if (ts.isImportEqualsDeclaration(statement)) add(name.text, 'import');
    else if (ts.isImportDeclaration(statement)) {
      const { isTypeOnly, name: standard, namedBindings } = statement.importClause ?? {};
      const from = `from ${statement.moduleSpecifier.getText(file)};`;
      const addImport = ({ text }, clause, typeOnly = isTypeOnly) => {
        add(text, 'import');
        if (!statement.attributes)
          imports.set(text, as => `import ${typeOnly ? 'type ' : ''}${clause(as)} ${from}`);
      };
      if (standard) addImport(standard, as => as);
      if (namedBindings && ts.isNamespaceImport(namedBindings))
        addImport(namedBindings.name, as => `* as ${as}`);
      else
        for (const { name, propertyName = name, isTypeOnly: typeOnly } of namedBindings?.elements ?? [])
          addImport(name, as => `{ ${propertyName.getText(file)} as ${as} }`, typeOnly || isTypeOnly);
    } else addHoisted(statement);

    if (statement.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.DeclareKeyword))
      for (const declared of namesOf(ts, statement).split(' ')) ambient.add(declared);
  }
  return { names, imports, ambient, augmented };

  /** `var` in a block, a loop or a branch belongs to the whole cell. */
  function addHoisted(node) {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && variableKind(ts, node) === 'var') addVariables(node);
    if (!ts.isExpression(node)) ts.forEachChild(node, addHoisted);
  }
}

function variableKind(ts, list) {
  const flags = list.flags & ts.NodeFlags.BlockScoped;
  if (flags === 0) return 'var';
  if (flags === ts.NodeFlags.Let) return 'let';
  return flags === ts.NodeFlags.Const ? 'const' : 'using';
}

/** The names that one statement declares, with spaces between. */
const namesOf = (ts, statement) =>
  statement.name?.text ??
  (statement.declarationList?.declarations ?? [])
    .map(({ name }) => (ts.isIdentifier(name) ? name.text : ''))
    .join(' ');

/** Every identifier in a file or a statement, whatever it stands for. */
function words(ts, node) {
  const found = new Set();
  const visit = node => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(node);
  return found;
}

/** Whether a file awaits something outside of its functions. */
function awaits(ts, file) {
  const visit = node => {
    if (ts.isAwaitExpression(node)) return true;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    // What a function or a class's member computes when it is declared, and not when it is called.
    if (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node))
      return node.name !== undefined && ts.isComputedPropertyName(node.name) && visit(node.name);
    if (ts.isClassStaticBlockDeclaration(node)) return false;
    return ts.forEachChild(node, child => visit(child) || undefined) ?? false;
  };
  return visit(file);
}

module.exports = { declarations, words, awaits };
