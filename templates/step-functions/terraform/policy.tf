locals {
  place       = "${var.region}:${local.account}"
  machine_arn = "arn:${local.partition}:states:${local.place}:stateMachine:${var.name}"
  rule_arn    = "arn:${local.partition}:events:${local.place}:rule/${var.name}-repair"

  # ARNs of integrations have another partition in China and GovCloud.
  definition = replace(
    file("${path.module}/../../../dist/state-machine.json"),
    "arn:aws:states:::",
    "arn:${local.partition}:states:::",
  )

  # No other machine or rule, in this account or in another, may work with these roles.
  trust = { for service, source in { states = local.machine_arn, events = local.rule_arn } : service => {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${service}.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnEquals    = { "aws:SourceArn" = source }
      }
    }]
  } }

  machine_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Move"
        Effect = "Allow"
        Action = [
          "lambda:GetAlias",
          "lambda:UpdateAlias",
        ]
        Resource = var.function_arns
      },
      {
        Sid    = "See"
        Effect = "Allow"
        Action = [
          "lambda:GetProvisionedConcurrencyConfig",
        ]
        Resource = [for arn in var.function_arns : "${arn}:*"]
      },
      {
        Sid    = "Watch"
        Effect = "Allow"
        Action = [
          "cloudwatch:DescribeAlarms",
          "cloudwatch:DescribeAlarmHistory",
          "cloudwatch:GetMetricData",
        ]
        Resource = "*"
      },
    ]
  }

  repair_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Start"
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = local.machine_arn
    }]
  }

  event = "Step Functions Execution Status Change"

  # An execution that ends without any of its states having seen to the alias is followed by one that puts it back.
  repair_pattern = {
    source        = ["aws.states"]
    "detail-type" = [local.event]
    detail = {
      stateMachineArn = [local.machine_arn]
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
      error           = [{ exists = false }, { "anything-but" = { prefix = "LambdaCanary." } }]
      input           = [{ exists = false }, { "anything-but" = { wildcard = "*\"detail-type\":\"${local.event}\"*" } }]
    }
  }

  telling_pattern = {
    source        = ["aws.states"]
    "detail-type" = [local.event]
    detail = {
      stateMachineArn = [local.machine_arn]
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
      error           = [{ exists = false }, { "anything-but" = "LambdaCanary.TakenOver" }]
    }
  }
}
