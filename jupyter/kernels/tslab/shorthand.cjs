/**
 * `{ env }` for a name of an earlier cell.
 *
 * tslab turns such a name into `exports.env` wherever a cell uses it, but overlooks the shorthand `{ env }`, because
 * the compiler says of that identifier that it is the new object's property. The cell then fails with "env is not
 * defined". Here the compiler answers with the variable instead, and the shorthand is spelled out.
 */

'use strict';

/** Replacements for two functions of the TypeScript module `ts` that tslab loads. */
module.exports = ts => ({
  createWatchProgram(host) {
    const { afterProgramCreate } = host;
    host.afterProgramCreate = builder => {
      const { getProgram } = builder;
      builder.getProgram = () => {
        const program = getProgram();
        const { getTypeChecker } = program;
        program.getTypeChecker = () => seeThroughShorthand(ts, getTypeChecker());
        return program;
      };
      afterProgramCreate(builder);
    };
    return ts.createWatchProgram(host);
  },

  visitEachChild(node, visitor, ...rest) {
    if (!node || !ts.isShorthandPropertyAssignment(node) || node.objectAssignmentInitializer)
      return ts.visitEachChild(node, visitor, ...rest);
    const value = visitor(node.name);
    return value === node.name
      ? node
      : ts.factory.createPropertyAssignment(ts.factory.createIdentifier(node.name.text), value);
  },
});

const seen = new WeakSet();

function seeThroughShorthand(ts, checker) {
  if (seen.has(checker)) return checker;
  seen.add(checker);
  const { getSymbolAtLocation } = checker;
  checker.getSymbolAtLocation = node => {
    const parent = ts.getParseTreeNode(node)?.parent;
    return parent && ts.isShorthandPropertyAssignment(parent) && parent.name === ts.getParseTreeNode(node)
      ? checker.getShorthandAssignmentValueSymbol(parent)
      : getSymbolAtLocation(node);
  };
  return checker;
}
