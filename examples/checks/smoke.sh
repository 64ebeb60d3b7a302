# Invokes the new version by its number, and looks at its answer.
folder=$(mktemp -d)
echo '{"smoke": true}' > "$folder/request"
# By a file of bytes the first and the second version of the CLI read it alike.
meta=$(aws lambda invoke --region "$LAMBDA_CANARY_REGION" \
  --function-name "$LAMBDA_CANARY_FUNCTION" --qualifier "$LAMBDA_CANARY_CANARY" \
  --payload "fileb://$folder/request" "$folder/answer") || exit 3
if [[ $meta == *FunctionError* ]]; then
  echo "version $LAMBDA_CANARY_CANARY failed: $(cat "$folder/answer")"
  exit 1
fi
