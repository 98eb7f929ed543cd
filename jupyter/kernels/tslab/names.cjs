/**
 * Names of an earlier cell's variables and of its objects' properties.
 *
 * tslab turns the name of an earlier cell's variable into `exports.name` wherever a cell uses it, and asks the compiler
 * what a name stands for. Two answers mislead it:
 *   { env }                    is said to be the new object's property: tslab leaves it, and the cell fails with
 *                              "env is not defined"
 *   const { trace: noise } = f()   `trace` is said to be declared where f was, in the earlier cell: tslab turns it into
 *                              `exports.trace`, and the cell is no JavaScript any more
 * Here the compiler answers with the variable in the first case, and with nothing in the second; the shorthand is
 * spelled out.
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
        program.getTypeChecker = () => answerAsTslabExpects(ts, getTypeChecker());
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

const patched = new WeakSet();

function answerAsTslabExpects(ts, checker) {
  if (patched.has(checker)) return checker;
  patched.add(checker);
  const { getSymbolAtLocation } = checker;
  checker.getSymbolAtLocation = node => {
    const name = ts.getParseTreeNode(node);
    const parent = name?.parent;
    if (parent && ts.isShorthandPropertyAssignment(parent) && parent.name === name)
      return checker.getShorthandAssignmentValueSymbol(parent);
    if (parent && ts.isBindingElement(parent) && parent.propertyName === name) return undefined;
    if (parent && ts.isPropertyAssignment(parent) && parent.name === name) return undefined;
    return getSymbolAtLocation(node);
  };
  return checker;
}
